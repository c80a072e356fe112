"""The web page: the map, the cards, the pages and Streamlit's widgets."""
