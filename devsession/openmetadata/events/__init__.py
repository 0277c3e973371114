"""Events of the catalog: handlers, and what hands events to them."""
