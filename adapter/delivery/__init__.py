"""Documents that are kept, made into Bundles as they arrive, and delivered once in effect (docs/delivery.md)."""
