"""The verdict on class outputs: facts, the table of rules, and the recommendation with its words."""
