"""VIN Reader: reads the 17-character vehicle identification number from a photo."""

__all__ = ["__version__"]

__version__ = "0.1.0"
