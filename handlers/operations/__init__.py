"""Operations: metrics about the platform for its operators."""
