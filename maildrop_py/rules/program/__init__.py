"""program: from the checked model to compiled rules, their index and their cache."""
