"""bayes: what mail is, judged by what people called mail like it before."""
