# After a request is resolved: rectification, follow-up, ratings taken down on the phone; slips and links of on-behalf intake.

staff-card-contact = Contact: { $name } ({ $more })
phones = Phone: { $phone }
    Contact { $contact } ({ $relation }): { $other }
    (this look is on record)

menu-mending = Rectifications
list-mending = Rectifications ({ $count })
mending = Rectification
mending-list = { $count } under rectification, { $mine } of them yours. Soonest due first:
mending-none = Nothing to rectify.
beside-mending = Rectification: <b>{ $manager }</b> is seeing to it
mend-card = <b>{ $service }</b> · { $area }
    Number <code>{ $number }</code>
    { $resident } rated it <b>{ $level }</b>
mend-reason = Reason: { $reason }
mend-people = Answers for it: <b>{ $manager }</b>; handler then: { $handler }
mend-complicated = Complicated: within 15 working days
mend-owed-contact = Please contact the resident by <b>{ $when }</b>
mend-owed-settle = Please settle it by <b>{ $when }</b>
mend-owed-follow-up = Settled. Please make the follow-up call by <b>{ $when }</b>
mend-owed-follow-up-met = Settled. Please follow up by <b>{ $when }</b> (in the chat, or at home)
mend-over-yes = Followed up: the resident is satisfied now
mend-over-no = Followed up: the resident is still not satisfied
mend-over-none = Followed up: could not be reached
mend-stage-contact = contact the resident
mend-stage-settle = settle it
mend-stage-follow-up = follow up
mend-act-phoned = Contacted by phone
mend-act-met = Contacted in person
mend-act-settle = Settled
mend-act-complex = Complicated: 15 days
mend-act-yes = Follow-up: satisfied now
mend-act-no = Follow-up: still not
mend-act-none = Follow-up: not reached
mend-phoned = Noted: the resident was contacted. Please settle it by { $when }.
mend-ask-settle = How was it put right? Please write it clearly; { $name } will see it.
mend-ask-complex = Why does it need more time? Please write a few words; { $name } will see them.
mend-ask-yes = What does the resident say? Their own words please; if nothing more, tap “Nothing more said”.
mend-ask-no = What is still not right? The resident’s own words please; if nothing more, tap “Nothing more said”.
mend-ask-none = When did you try, and why was nobody reached? Please write a sentence.
mend-settled = Settled; the resident will read your words. Please make the follow-up call by { $when }.
mend-settled-met = Settled; the resident will read your words. Please follow up by { $when } (in the chat, or at home).
mend-complex = Noted; the resident will know. To be settled by { $when } now.
mend-followed-up-yes = Follow-up noted: the resident is satisfied now. This rectification is finished.
mend-followed-up-no = Follow-up noted: the resident is still not satisfied. Please tell them that they can tap “Not solved yet” at any time.
mend-followed-up-none = Follow-up noted: not reached. This rectification is finished.
nothing-said = Nothing more said
care-words = Please write it in words.

notice-rectify = <b>Poor rating: please put it right</b>
notice-rectify-over-to-you = <b>A rectification has come to you</b>; its dates stay
notice-rectify-own-work = You did this work, or answered for it, yourself; there is no other manager, so it is yours, and that is on record.
notice-rectify-warn = <b>Rectification due soon</b>: { $stage } by { $when }
notice-rectify-breach = <b>Rectification overdue</b>: { $stage } was due by { $when } and is not done
notice-rectify-escalate = <b>Rectification overdue for a day</b>: { $manager } was to { $stage } by { $when }. Please see to it
notice-rectify-digest = <b>Rectifications: { $broken } overdue, { $near } due soon</b>. Tap one:
notice-rectifying = “{ $service }” ({ $tail }) did not go well for you. The manager <b>{ $manager }</b> will contact you by <b>{ $when }</b> to find out what happened.
    .elder = It did not go well for you. The manager <b>{ $manager }</b> will contact you by <b>{ $when }</b>.
notice-rectify-passed = The manager <b>{ $manager }</b> now sees to your “{ $service }” ({ $tail }) and will contact you by { $when }.
notice-rectify-complex = Your “{ $service }” ({ $tail }) needs more time and will be settled by <b>{ $when }</b>. { $manager } says: { $words }
notice-rectify-settled = What was wrong with “{ $service }” ({ $tail }) has been settled. { $manager } says: { $words }
    You will be called by { $when } and asked again. If it is not solved yet, tap below at any time.
    .elder = It has been settled. { $manager } says: { $words }
    You will be called and asked again.
notice-rectify-settled-met = What was wrong with “{ $service }” ({ $tail }) has been settled. { $manager } says: { $words }
    We will ask you again by { $when }. If it is not solved yet, tap below at any time.
    .elder = It has been settled. { $manager } says: { $words }
    We will ask you again.
notice-reopened-by-phone = <b>The resident said on the phone that it is not solved: back to the first responder</b>, the promise stays: { $words }
news-rectify-passed = another manager is seeing to it and will contact them
news-rectify-complex = the rectification needs more time
news-rectify-settled = the rectification is settled, and there will be a follow-up

tasks-calls = Calls to make ({ $count })
calls = { $count } calls to make. Tap one:
calls-none = No calls to make.
resolved-no-chat = { $number } is resolved. The resident cannot be reached in chat; the first responder calls, tells the outcome and asks how satisfied they are.
resolved-met = { $number } is resolved. The resident cannot be reached in chat and left no phone number; the first responder tells them in person and asks how satisfied they are.
call-card = <b>Follow-up by phone</b>: { $tail } { $service } is resolved. Please call { $resident }, tell the outcome and ask how satisfied they are:
call-card-met = <b>Follow-up</b>: { $tail } { $service } is resolved. { $resident } left no phone number; please tell them the outcome in person and ask how satisfied they are:
call-tried = Called { $tried } times without reaching anybody; { $most } times at most.
call-own-work = You did this work, or answered for it; a rating you take down is marked and counted apart. Better have a manager call who did not.
call-missed = Not reached
call-pass = Have a manager call
call-rated = Noted: on the phone the resident said <b>{ $level }</b> (taken down by staff, counted apart).
call-rated-own = Noted: on the phone the resident said <b>{ $level }</b> (taken down by staff; you did this work, which is marked; counted apart).
call-tell-manager = Please tell them: the manager <b>{ $manager }</b> will contact them by { $when }.
call-ask-words = Did they say anything else? Their own words please; if not, tap “No, thanks”.
call-ask-why = Did they say why? It is not required.
call-reason-kept = Noted. Did they say anything else? Their own words please; if not, tap “No, thanks”.
call-words-kept = Their words are kept.
call-missed-again = Noted: not reached, call { $tried }. You will be reminded { $when }.
call-missed-last = Not reached { $most } times; no need to call again. Without a word it closes as unrated.
call-passed = <b>{ $name }</b> has been asked to make this call.
call-reopen-ask = What is not solved? The resident’s own words please; if nothing more, tap “Nothing more said”.
call-reopened = Back with the first responder <b>{ $name }</b>; the promise stays: by { $when }.
notice-call-passed = <b>{ $by }</b> asks you to make this call:

event-claim = came to the chat and took over the request
event-call-missed = made the follow-up call and did not reach anybody
event-call-passed = asked a manager to make the follow-up call
event-take-rating-own = took down a rating on the phone (of work they did or answered for, marked)
event-rectify-passed = the rectification went to another manager
event-rectify-answer = rectification: the resident answered
event-follow-up-yes = followed up: the resident is satisfied now
event-follow-up-no = followed up: the resident is still not satisfied
event-follow-up-none = followed up: could not be reached

error-rectified = This rectification is settled already.
error-complex-already = It was declared complicated already; the date moves once only.
error-complex-late = The 5 working days are over; it cannot be declared complicated now. Please settle it soon.
error-not-rectified = Settle it first, then follow up.
error-followed-up = This rectification was followed up already.
error-called-today = You called today and did not reach anybody. You will be reminded when it is time.
error-nobody-else = There is no other manager who could make this call. Please call yourself; the rating will be marked.
error-claim-wrong = This link is not right. Please ask the staff for another one.
error-claim-used = This link has been used already. Please ask the staff for another one.
error-claim-over = This link has expired. Please ask the staff for another one.
error-claim-staff = You worked on this request, so you cannot take it over.
error-claim-needless = This resident gets messages in chat already; no link is needed.

behalf-known = The number { $phone } is known. Is it the same person?
behalf-known-is = Yes, { $name }
behalf-known-no = No, somebody else
behalf-area = Which community does { $name } live in?
behalf-contact = Who should be contacted?
behalf-contact-self = The resident
behalf-contact-other = Family or a neighbour
behalf-contact-name = What is the contact’s name?
behalf-relation = What is { $contact } to { $name }? Tap one, or write it.
relation-daughter = daughter
relation-son = son
relation-spouse = spouse
relation-neighbour = neighbour
relation-none = Not said
behalf-consent = Please read this to { $name }:
    “We keep your name, your phone number and what you tell us, only to deal with this; only those responsible see it; it is kept for two years, and you can have it deleted at any time. We do not want your ID number. Do you agree?”
behalf-consent-yes = Read out, agreed
behalf-consent-no = Does not agree
behalf-left = This resident has just left the desk, and what was known of them is gone. If they still need something, please begin again.
behalf-refused = Nothing was recorded or kept. You can still help in person, or call 12345.
behalf-slip-show = Slip
behalf-slip = <b>{ $area } · slip</b>
    { $name }
    Number <b>{ $number }</b>
    Service: { $service }
    First responder: <b>{ $responder }</b>, to the end
    Promised: acknowledged by { $acknowledge }, resolved by { $resolve }
    To ask how it goes, call: { $phone }
behalf-link-resident = A link for the resident
behalf-link-contact = A link for the contact
behalf-link-for-resident = Please send or print this for the resident. Whoever opens the link and agrees gets the messages on their phone:
    { $area } desk
    { $links }
    If it does not open, send this: <code>{ $command }</code>
    It works once, within 14 days.
behalf-link-for-contact = Please send or print this for the contact. Whoever opens the link and agrees gets the messages on their phone:
    { $area } desk
    { $links }
    If it does not open, send this: <code>{ $command }</code>
    It works once, within 14 days.
claim-consent = Hello! This is the desk of <b>{ $area }</b>. You have come to see a request that was recorded at the counter.
    We keep your name and what you say, only to deal with it; only those responsible see it; it is kept for two years after it is resolved, and in Settings you can see it or leave at any time.
    We do not want your ID number. Do you agree?
claim-consent-telegram = Hello! This is the desk of <b>{ $area }</b>. You have come to see a request that was recorded at the counter.
    We keep your name and what you say, only to deal with it; only those responsible see it; it is kept for two years after it is resolved, and in Settings you can see it or leave at any time.
    <b>Please know</b>: Telegram stores messages outside the mainland; to keep them there, use the community’s web page.
    We do not want your ID number. Do you agree?
claimed = Hello { $name }! The requests you made at the counter are here now, and messages will come here.
claimed-as-contact = You are the contact of <b>{ $name }</b>. Messages will come here; please tell { $name }.
claimed-list = { $count } requests. Tap one:
number-kept = Your number is kept. No request was recorded with it.
claim-ask = A request was recorded in { $area } with this number, for { $name }. Is that you?
claim-ask-contact = When { $name } made a request in { $area }, this number was left as the contact. Shall messages come to you?
claim-yes = That is me
claim-yes-contact = Yes, send them to me
claim-no = No
