"""A mailbox over IMAP and TLS, as much of it as reading bounces needs (RFC 9051)."""

import socketserver
import threading


class MailboxOverIMAP(socketserver.ThreadingTCPServer):
    """Messages under numbers of their own; `flags` is what the reader made of each."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, context, messages=(), password="correct horse"):
        self.context, self.password = context, password
        self.messages = dict(enumerate(messages, start=101))
        self.flags = {number: set() for number in self.messages}
        self.read = []
        # Hang up when this message is asked for.
        self.breaks_at = None
        super().__init__(("127.0.0.1", 0), Session)

    @property
    def port(self):
        return self.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}).start()
        return self

    def __exit__(self, *error):
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        """A client that does not trust the certificate hangs up."""


class Session(socketserver.StreamRequestHandler):
    def setup(self):
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self):
        self.say(b"* OK [CAPABILITY IMAP4rev1] ready")
        for line in self.rfile:
            tag, verb, *words = line.decode().split()
            if verb == "UID":
                verb, *words = words
            act = getattr(self, f"do_{verb.lower()}", None)
            answer = act(*words) if act else "BAD unknown"
            if answer is None:
                return
            self.say(f"{tag} {answer}".encode())
            if verb == "LOGOUT":
                return

    def finish(self):
        super().finish()
        self.request.close()

    def say(self, line):
        self.wfile.write(line + b"\r\n")

    def do_capability(self):
        self.say(b"* CAPABILITY IMAP4rev1")
        return "OK done"

    def do_login(self, user, *password):
        told = " ".join(password).strip('"')
        return "OK in" if told == self.server.password else "NO [AUTHENTICATIONFAILED] wrong"

    def do_select(self, name):
        if name.strip('"') != "INBOX":
            return "NO no such folder"
        self.say(f"* {len(self.server.messages)} EXISTS".encode())
        return "OK [READ-WRITE] selected"

    def do_search(self, *what):
        assert what == ("UNSEEN",)
        unseen = [str(number) for number, flags in self.server.flags.items() if "\\Seen" not in flags]
        self.say(f"* SEARCH {' '.join(unseen)}".rstrip().encode())
        return "OK done"

    def do_fetch(self, number, what):
        raw = self.server.messages[int(number)]
        if what == "(RFC822.SIZE)":
            self.say(f"* 1 FETCH (UID {number} RFC822.SIZE {len(raw)})".encode())
            return "OK done"
        assert what == "(BODY.PEEK[])"
        if self.server.breaks_at == int(number):
            return None
        self.server.read.append(int(number))
        self.say(f"* 1 FETCH (UID {number} BODY[] {{{len(raw)}}}".encode() + b"\r\n" + raw + b")")
        return "OK done"

    def do_store(self, number, how, *flags):
        assert how == "+FLAGS"
        self.server.flags[int(number)] |= set(" ".join(flags).strip("()").split())
        return "OK done"

    def do_expunge(self):
        for number in [number for number, flags in self.server.flags.items() if "\\Deleted" in flags]:
            del self.server.messages[number], self.server.flags[number]
        return "OK done"

    def do_logout(self):
        self.say(b"* BYE")
        return "OK bye"
