"""What happens to contracts: the one place that changes them, whoever asks (API, control plane, traffic)."""
