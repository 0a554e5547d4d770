"""Bar codes as labels bear them, drawn here, and photos with one stuck on."""

import numpy as np
import zxingcpp

from vinreader.results import Symbology

_FORMATS = {
    Symbology.CODE_39: zxingcpp.BarcodeFormat.Code39,
    Symbology.CODE_128: zxingcpp.BarcodeFormat.Code128,
    Symbology.DATA_MATRIX: zxingcpp.BarcodeFormat.DataMatrix,
    Symbology.QR_CODE: zxingcpp.BarcodeFormat.QRCode,
}


def drawn(
    content: str, symbology: Symbology | zxingcpp.BarcodeFormat = Symbology.CODE_39, scale: int = 2
) -> np.ndarray:
    """A bar code (H, W) uint8 with its quiet zone; `scale` pixels a module."""
    kind = _FORMATS[symbology] if isinstance(symbology, Symbology) else symbology
    code = zxingcpp.create_barcode(content, kind)
    return np.array(zxingcpp.write_barcode_to_image(code, scale=scale))


def stuck_on(photo: np.ndarray, code: np.ndarray, left: int, top: int) -> np.ndarray:
    """A copy of a photo (H, W) or (H, W, 3) with a white label that bears the code."""
    result = photo.copy()
    rim = 12
    label = np.pad(code, rim, constant_values=255)
    place = result[top : top + label.shape[0], left : left + label.shape[1]]
    assert place.shape[:2] == label.shape, "the label hangs over the photo's edge"
    place[:] = label if photo.ndim == 2 else label[:, :, None]
    return result
