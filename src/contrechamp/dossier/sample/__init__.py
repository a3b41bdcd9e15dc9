"""The worked sample case: its texts, and what two members do with them."""
