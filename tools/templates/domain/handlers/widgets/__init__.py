"""Widgets: create and read them; a consumer confirms each new one."""
