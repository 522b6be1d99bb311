"""Facts of Japan and how they are written: municipalities, addresses."""
