# Requests: service cards, choosing, recording.

card-service = You need: <b>{ $name }</b>
card-who = Who can apply: { $value }
card-materials = What to bring: { $value }
card-where = Where: { $value }
card-hours = Hours: { $value }
card-fee = Cost: { $value }
card-steps = How it goes: { $value }
card-basis = Legal basis: { $value }
card-phone = Phone: { $value }
card-promise = Promised, if recorded now: acknowledged by { $acknowledge }; resolved by { $resolve }
    .elder = We promise: done by { $resolve }
card-general = I will ask a member of staff to look at this. It goes to the <b>General window</b>, and one person looks after it to the end.
    .elder = Shall I record this for our staff?
card-general-promise = { $head }
    Promised, if recorded now: acknowledged by { $acknowledge }; resolved by { $resolve }
    .elder = { $head }
confirm = Yes, record it
not-this = Not this one
say-more = Let me explain more
not-recorded-yet = This one is not recorded yet. Have a look below; it is recorded once you tap:
card-old = This card has been used or is out of date. If you need something new, just say it.

which-service = Which one do you need?
neither-human = None of these, talk to a person
not-this-then = Which one is it, then? You can also say it again in other words.
all-services = See all services
say-more-ask = All right, please tell me more: who is it for, and what do you need?
two-needs = You told me { $count } things. Let us take them one at a time. Here is the first:
next-need = Now the next one:
need-beside = That is another matter, so let us do this one first. I keep what you said before; it comes next.
need-dropped = All right. We leave what you said before, and go on with this.
same-need = It is the same matter
which-domain = What kind of help do you need?
which-of-domain = <b>{ $domain }</b>: which one do you need?

whose = Who is this message for?
whose-or-new = Is this something new, or about one of these?
whose-staff = Who should this message go to?
whose-waits = All right. Your earlier words still wait:
new-need = This is something new
my-own-need = Something I need myself
talk-to = To { $name } ({ $service })
