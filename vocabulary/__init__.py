"""The field's own words: codes and check digits, eras and ages, characters, findings. Standard library only; everyone may import it."""
