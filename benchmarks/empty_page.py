"""An empty Streamlit page: what any page costs before it shows anything of its own."""

import streamlit as st

st.set_page_config(page_title="Empty", layout="wide")
st.html('<p id="kz-ready">Nothing.</p>')
