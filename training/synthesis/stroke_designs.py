"""The characters of alphabets that are built from strokes.

A character is a few paths in a unit box (x to the right, y down, 0 the cap line, 1 the baseline).
`l`, `c`, `r` stand for x = 0, 0.5, 1 and `t`, `m`, `b` for y = top, waist, bottom; numbers stand
for themselves. A point marked `!` is a sharp corner, others are rounded; a path ending in `z` is
closed.
"""

from __future__ import annotations

__all__ = ["PLAIN", "VARIANTS", "WIDTHS", "ZEROS"]

PLAIN = {
    "A": ["l,b! c,t! r,b!", ".18,.66! .82,.66!"],
    "B": ["l,m! l,t! .92,t .92,m l,m!", "l,m! r,m r,b l,b! l,m!"],
    "C": ["r,.24 r,t l,t l,b r,b r,.76"],
    "D": ["l,t! r,t r,b l,b! z"],
    "E": ["r,t! l,t! l,b! r,b!", "l,m! .82,m!"],
    "F": ["r,t! l,t! l,b!", "l,m! .8,m!"],
    "G": ["r,.22 r,t l,t l,b r,b r,.54! .55,.54!"],
    "H": ["l,t! l,b!", "r,t! r,b!", "l,m! r,m!"],
    "I": ["c,t! c,b!"],
    "J": ["r,t! r,b l,b l,.7"],
    "K": ["l,t! l,b!", "r,t! l,.62!", ".36,.4! r,b!"],
    "L": ["l,t! l,b! r,b!"],
    "M": ["l,b! l,t! c,.62! r,t! r,b!"],
    "N": ["l,b! l,t! r,b! r,t!"],
    "O": ["l,t r,t r,b l,b z"],
    "P": ["l,b! l,t! r,t r,m l,m!"],
    "Q": ["l,t r,t r,b l,b z", ".6,.72! r,b!"],
    "R": ["l,b! l,t! r,t r,m l,m!", ".45,m! r,b!"],
    "S": ["r,.22 r,t l,t l,m r,m r,b l,b l,.78"],
    "T": ["l,t! r,t!", "c,t! c,b!"],
    "U": ["l,t! l,b r,b r,t!"],
    "V": ["l,t! c,b! r,t!"],
    "W": ["l,t! .25,b! c,.3! .75,b! r,t!"],
    "X": ["l,t! r,b!", "r,t! l,b!"],
    "Y": ["l,t! c,.48! r,t!", "c,.48! c,b!"],
    "Z": ["l,t! r,t! l,b! r,b!"],
    "0": ["l,t r,t r,b l,b z"],
    "1": [".1,.24! .55,t! .55,b!"],
    "2": ["l,.26 l,t r,t r,.42 l,b! r,b!"],
    "3": ["l,.2 l,t .95,t .95,m .4,m!", ".4,m! r,m r,b l,b l,.8"],
    "4": [".72,b! .72,t! l,.7! r,.7!"],
    "5": [".95,t! .12,t! .05,.46! r,.36 r,b l,b l,.82"],
    "6": ["r,.13 r,t l,t l,b r,b r,m l,m l,.7"],
    "7": ["l,t! r,t! .3,b!"],
    "8": [".06,t .94,t .94,m .06,m z", "l,m r,m r,b l,b z"],
    "9": ["l,.87 l,b r,b r,t l,t l,m r,m r,.3"],
    "*": ["c,.2! c,.8!", ".1,.35! .9,.65!", ".9,.35! .1,.65!"],
    "#": [".3,.1! .2,.9!", ".8,.1! .7,.9!", "l,.35! r,.35!", "l,.65! r,.65!"],
    ":": ["c,.3! c,.34!", "c,.9! c,.94!"],
    ".": ["c,.94! c,.98!"],
    "-": [".1,.5! .9,.5!"],
    "/": ["l,b! r,t!"],
}
VARIANTS = {
    "A": ["l,b! .32,t! .68,t! r,b!", ".1,.66! .9,.66!"],
    "G": ["r,.22 r,t l,t l,b r,b! r,.54! .6,.54!"],
    "J": [".3,t! r,t! r,b l,b l,.7"],
    "K": ["l,t! l,b!", "r,t! .05,m! r,b!"],
    "M": ["l,b! .08,t! c,b! .92,t! r,b!"],
    "R": ["l,b! l,t! r,t r,m l,m!", ".7,m! r,b!"],
    "W": ["l,t! .22,b! c,t! .78,b! r,t!"],
    "Y": ["l,t! c,.6! r,t!", "c,.6! c,b!"],
    "1": [".15,.24! .55,t! .55,b!", ".1,b! r,b!"],
    "2": ["l,.24 l,t r,t r,m l,.62 l,b! r,b!"],
    "3": ["l,t! .95,t! .42,.4! r,.4 r,b l,b l,.8"],
    "4": [".4,t! l,.68! r,.68!", ".74,.4! .74,b!"],
    "5": ["r,t! l,t! l,.44! r,.44 r,b l,b l,.84"],
    "6": [".72,t! .1,.5 l,b r,b r,.45 l,.45 l,.75"],
    "7": ["l,.16! l,t! r,t! .4,.5 .35,b!"],
    "8": ["l,m l,t r,t r,m l,m l,b r,b r,m l,m"],
    "9": [".28,b! .9,.5 r,t l,t l,.55 r,.55 r,.25"],
    "*": ["c,.15! c,.85!", "l,.5! r,.5!", ".1,.2! .9,.8!", ".9,.2! .1,.8!"],
}
WIDTHS = {"M": 1.25, "W": 1.35, "1": 0.62, "I": 0.15, "J": 0.85, "L": 0.9, ":": 0.12, ".": 0.12}
ZEROS = {"slash": [".12,.86! .88,.14!"], "dot": ["c,.47! c,.53!"]}
"""What may stand in a zero."""
