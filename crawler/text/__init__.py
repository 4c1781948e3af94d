"""One answer for many spellings: text, addresses, dates, numbers, languages. Pure."""
