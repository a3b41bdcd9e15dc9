"""Masking texts: plain text, tables, JSON, web pages, and chats exported as any of them."""
