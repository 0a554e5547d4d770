"""Synthesis, training and evaluation of the two models. Not shipped to Lambda."""
