"""The control plane below `/_sandbox/`: what Oneflow has no API for. It answers this machine only."""
