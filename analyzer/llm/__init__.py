"""The one way to a language model: requests as data, replies kept, nothing believed that was not checked."""
