"""An activation and a constraint that specc does not have."""
