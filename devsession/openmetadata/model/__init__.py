"""What is said to the catalog: entities and facts under the wire's names, and fully qualified names."""
