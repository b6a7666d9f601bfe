require ["fileinto", "imap4flags", "copy", "variables", "envelope", "subaddress", "relational",
  "comparator-i;ascii-numeric", "vacation", "date", "body", "reject"];

# Spam
if anyof (header :contains "X-Spam-Flag" "YES",
          header :value "ge" :comparator "i;ascii-numeric" "X-Spam-Points" "15") {
  setflag "\\Seen";
  fileinto "Junk";
  stop;
}

# A copy of what customers write, for a colleague
if address :domain :is "from" ["customer.example", "client.example"] {
  redirect :copy "colleague@example.net";
}

# Lists
if header :matches "List-Id" "*<*.example.org>*" {
  fileinto "Lists/${2}";
  stop;
}

# Plus addresses
if envelope :detail :matches "to" "*" {
  set :lower "box" "${1}";
  if not string "${box}" "" {
    fileinto "Plus/${box}";
    stop;
  }
}

# Old newsletters
if allof (header :contains "Precedence" "bulk", body :contains "unsubscribe",
          date :value "lt" "date" "year" "2020") {
  discard;
  stop;
}

# The boss
if address :is "from" "boss@example.com" {
  addflag ["\\Flagged", "$Work"];
}

# Away
if header :contains "Subject" "holiday" {
  vacation :days 7 :subject "I am away" "I read your mail in August.";
}
