"""Reports as mail servers write them: Postfix, Exim, Exchange, and a mailbox provider's complaints."""

from uuid import UUID


def postfix(
    message_id: UUID | str,
    *,
    to: str = "mufakat@medan.go.id",
    recipient: str = "siti@medan.go.id",
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "550 5.1.1 <siti@medan.go.id>: Recipient address rejected: User unknown",
) -> bytes:
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mail.medan.go.id (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B1"

This is a MIME-encapsulated message.

--B1
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--B1
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.medan.go.id
X-Postfix-Queue-ID: 4F2A11C0
Arrival-Date: Tue, 24 Nov 2026 09:15:02 +0700 (WIB)

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.medan.go.id
Diagnostic-Code: smtp; {said}

--B1
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

From: Mufakat <mufakat@medan.go.id>
To: Siti <{recipient}>
Subject: Perlu keputusan Anda
Message-ID: <{message_id}@medan.go.id>
X-Mufakat-Message: {message_id}

--B1--
""".replace("\n", "\r\n").encode()


def exchange(message_id: UUID | str, recipient: str = "Siti@Medan.go.id") -> bytes:
    """The whole letter comes back, and no line of ours but its Message-ID."""
    return f"""\
From: postmaster@medan.go.id
To: mufakat@medan.go.id
Subject: Undeliverable: Perlu keputusan Anda
Content-Type: multipart/report; report-type=delivery-status; boundary="B2"
MIME-Version: 1.0

--B2
Content-Type: text/html; charset="utf-8"

<p>Your message couldn't be delivered.</p>
--B2
Content-Type: message/delivery-status

Reporting-MTA: dns;EXCH01.medan.go.id

Final-recipient: RFC822;{recipient}
Action: failed
Status: 5.1.10
Diagnostic-code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not
 found by SMTP address lookup

--B2
Content-Type: message/rfc822

From: Mufakat <mufakat@medan.go.id>
To: {recipient}
Message-ID: <{message_id}@medan.go.id>
Subject: Perlu keputusan Anda
Content-Type: text/plain

Yth.
--B2--
""".encode()


def exim(to: str, recipient: str = "siti@medan.go.id") -> bytes:
    """No report that machines read, but a line of Exim's own."""
    return f"""\
Return-path: <>
From: Mail Delivery System <Mailer-Daemon@mail.medan.go.id>
To: {to}
Auto-Submitted: auto-replied
X-Failed-Recipients: {recipient}
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.
""".encode()


def complaint(message_id: UUID | str, recipient: str = "siti@medan.go.id") -> bytes:
    return f"""\
From: <abuse@mailbox.example>
To: <mufakat@medan.go.id>
Subject: FW: Pengingat
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="B3"

--B3
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report.
--B3
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <mufakat@medan.go.id>
Original-Rcpt-To: <{recipient}>

--B3
Content-Type: message/rfc822

From: Mufakat <mufakat@medan.go.id>
Message-ID: <{message_id}@medan.go.id>
Subject: Pengingat

Yth.
--B3--
""".encode()


def on_holiday(to: str) -> bytes:
    return f"""\
From: Siti <siti@medan.go.id>
To: {to}
Subject: Sedang cuti Re: Perlu keputusan Anda
Auto-Submitted: auto-replied
In-Reply-To: <019365a0-0000-7000-8000-000000000002@medan.go.id>

Saya sedang cuti sampai Senin.
""".encode()
