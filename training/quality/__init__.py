"""How good a photo of a number is: photos with known defects, and what is fitted to them."""
