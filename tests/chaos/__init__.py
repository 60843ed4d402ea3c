"""What is asked of the running bot while it is killed, stopped and cut off, against what is answered: `make chaos`."""
