"""Recording to words with channels: decode, level the channels, find speech, recognise."""
