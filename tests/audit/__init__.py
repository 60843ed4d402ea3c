"""What the locked packages are allowed to be: their licences, and the weaknesses that are known of them (`make audit`)."""
