"""What is to leave: faces and places covered, metadata stripped, the result checked and reviewed.

Faces are found only to be covered. No model that yields an embedding or an identity is loaded.
"""
