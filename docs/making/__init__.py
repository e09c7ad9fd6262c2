"""What of docs/ is made from the code: the reference, the table of licences, the site's hooks."""
