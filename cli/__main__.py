"""`python -m cli`: what the script ./mufakat hands over to."""

from cli.main import main

if __name__ == "__main__":
    main()
