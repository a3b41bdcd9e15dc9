"""How complete a survey is: what was walked, what was found on it, and what that leaves open."""
