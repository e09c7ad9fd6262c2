"""What an interval is made of: Obuchowski-Rockette, jackknife, bootstrap."""
