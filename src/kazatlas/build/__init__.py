"""The build: the record made into the files of geodata/built."""
