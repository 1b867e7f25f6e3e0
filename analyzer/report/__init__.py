"""An analysis as pages: what a page shows, its charts, and its forms as HTML, Markdown and JSON."""
