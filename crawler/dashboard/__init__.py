"""The dashboard: what mails and feeds link to, over HTTP. Imported only where something listens.

listener    the socket, the server, and the thread that asks the database
doors       who may ask what: Host, password, methods, sizes, the headers of every answer
app         addresses, and what answers them
pages       HTML from what the store knows. Pure
words       the few words that messages do not need, in English, Chinese and Japanese
"""
