"""The simulated chest radiograph of the demonstration: arithmetic only, no files.

    anatomy -> soft_tissue, skeleton, vessels, findings -> exposure -> film
    radiograph   one image from a seed
    faults       what image generators are known to get wrong
    demo         the arms of the demo bank

Imports of other rooms: none.
"""

from app.phantom.demo import DEMO_ARMS, OTHER_ROOMS, PhantomArm, PhantomImage, demo_images
from app.phantom.film import mark
from app.phantom.radiograph import chest_radiograph

__all__ = [
    "DEMO_ARMS",
    "OTHER_ROOMS",
    "PhantomArm",
    "PhantomImage",
    "chest_radiograph",
    "demo_images",
    "mark",
]
