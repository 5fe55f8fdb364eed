"""The outside world: one module for each outside system or protocol and for each untrusted container. Hands over plain bytes, trees and cells."""
