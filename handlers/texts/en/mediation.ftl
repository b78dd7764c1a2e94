# Mediation and legal aid: the staff's card, the other party, notices. Neither party sees what the other one says.

act-mediation = Mediation
act-legal-aid = Legal aid steps
event-mediate = mediation
event-legal-aid = legal aid
mediate-step-invite-link = sent the other party an invitation link
mediate-step-invite-phone = invited the other party by phone
mediate-step-accept = the other party agrees to mediation
mediate-step-refuse = the other party clearly refuses mediation
mediate-step-name-mediator = named another mediator
mediate-step-accept-mediator = accepts the mediator
mediate-step-refuse-mediator = asks for another mediator
mediate-step-schedule = arranged a meeting
mediate-step-settle = an agreement was reached
mediate-step-fail = no agreement was reached
mediate-step-performed = the agreement was kept
mediate-step-unperformed = the agreement was not kept
mediate-step-ask-confirmation = both asked the court for confirmation
mediate-step-confirmed = the court confirmed the agreement
mediate-step-talk = the other party and the mediator talked
legal-aid-step-complete = accepted, papers complete
legal-aid-step-urgent = urgent, aid comes first
legal-aid-step-grant = aid granted
legal-aid-step-refuse = aid refused
legal-aid-step-assign = somebody was assigned

mediation-open = See mediation
mediation-other-unknown = the other party
mediation-card-head = <b>Mediation</b> · { $service } ({ $tail })
mediation-card-parties = Applicant: { $applicant }; other party: { $other }
mediation-card-mediator = Mediator: <b>{ $mediator }</b> (applicant: { $applicant }; other party: { $other })
mediation-card-session = Next meeting: <b>{ $when }</b>, { $place }
mediation-card-agreement = Agreement in force from { $effective }, to be performed by { $perform } ({ $performed })
mediation-stage-new = The other party has not been invited yet
mediation-stage-invited = The other party has been invited; no answer yet
mediation-stage-agreed = Both sides want to mediate
mediation-stage-settled = <b>Agreement reached</b>
mediation-stage-refused = <b>One side clearly refused; mediation is over</b> (People’s Mediation Law, art. 17)
mediation-stage-failed = <b>No agreement; mediation is over</b>
mediation-agrees-yes = accepts
mediation-agrees-no = asks for another
mediation-agrees-open = has not said
mediation-performed-open = not asked yet
mediation-performed-yes = performed
mediation-performed-no = not performed
mediation-confirmation-open = Court confirmation: both can ask the court together until <b>{ $until }</b> (that day included)
mediation-confirmation-asked = Court confirmation: both have asked (until { $until })
mediation-confirmation-done = Court confirmation: confirmed by the court (until { $until })
mediation-routes = Please tell both sides which ways are still open:
mediation-route-arbitration = · Arbitration: labour, contracted land, or where arbitration was agreed
mediation-route-administrative = · Administration: ask the authority in charge to deal with it
mediation-route-court = · Court: file a suit; call 12348 to ask how

mediation-act-invite-link = Invite by link
mediation-act-invite-phone = Invite by phone
mediation-act-accept = Other party agrees
mediation-act-refuse = Other party clearly refuses
mediation-act-name-mediator = Another mediator
mediation-act-accept-mediator = Both accept the mediator
mediation-act-schedule = Arrange a meeting
mediation-act-reschedule = Change the meeting
mediation-act-settle = Agreement reached
mediation-act-fail = No agreement
mediation-act-performed = Performed
mediation-act-unperformed = Not performed
mediation-act-ask-confirmation = Both asked the court
mediation-act-confirmed = Court confirmed
mediation-act-talk = Contact the other party
mediation-act-phone-number = See their phone number

mediation-invite-how = Pass the next message on to the other party as it is (by any messenger or SMS). The link works once; a new one replaces it.
mediation-invite = Hello! The mediation committee of { $area } invites you to a mediation ({ $service }). It is free, voluntary and confidential; whether you take part is up to you.
    { $links }
    If it does not open, send this line to the desk: <code>{ $command }</code>
    Valid until { $until }, for you alone, once.
mediation-invite-here = Please open the community’s desk.
mediation-ask-other-name = Invitation by phone: what is the other party’s name?
mediation-ask-other-phone = What is { $name }’s phone number?
mediation-ask-other-said = What did { $name } say? You may write down their words first (the applicant will not see them), then tap what they meant:
mediation-said-yes = Agrees to mediation
mediation-said-no = Clearly refuses
mediation-said-later = Not decided yet
mediation-ask-mediator = Who should be the mediator? Both sides will be asked again.
mediation-ask-time = When? For example “30 Nov 14:30”, “tomorrow 3pm” or “next Wednesday 10am”.
mediation-time-day = Which day is that? Please write it like “30 Nov 14:30” or “tomorrow 3pm”.
mediation-time-time = What time is that? Please write it like “30 Nov 14:30” or “tomorrow 3pm”.
mediation-time-past = This time has passed already. Please write another one.
mediation-time-far = This time is more than a year away. Please write another one.
mediation-ask-place = { $when }. Where?
mediation-place-office = Community mediation room
mediation-ask-agreement = Please write down the agreement: who does what, and by when. Both sides will see these words.
mediation-ask-effective = From which day is it in force (the day both signed, or agreed face to face)? Tap one, or write a date such as “20 Nov”.
mediation-effective-0 = Today
mediation-effective-1 = Yesterday
mediation-effective-wrong = This is no day, or it has not come yet. Please write it like “20 Nov”.
mediation-ask-days = In force from { $day }. To be performed within how many days? Tap one, or write a number such as “20 days”.
mediation-days-0 = Performed on the spot
mediation-days-7 = 7 days
mediation-days-15 = 15 days
mediation-days-30 = 30 days
mediation-days-wrong = Please write a number of days such as “20 days”.
mediation-ask-settle = Please read it once more; then it goes to both sides:
    { $text }
    In force from { $effective }, to be performed by { $perform }; both can ask the court for confirmation until { $until }.
mediation-again = Write it again
mediation-sure-settle = Confirm, send to both
mediation-ask-accept = Write down that the other party said yes to mediation?
mediation-sure-accept = Yes, they agree
mediation-ask-refuse = Once one side clearly refuses, mediation is over and cannot go on (People’s Mediation Law, art. 17). Write it down?
mediation-sure-refuse = Yes, they clearly refuse
mediation-ask-fail = Without an agreement mediation is over, and both sides hear which ways are still open. Write it down?
mediation-sure-fail = Yes, no agreement
mediation-in-words = Please write it in words.
mediation-done-invite-phone = Written down.
mediation-done-accept = Written down; the applicant will be told.
mediation-done-refuse = Written down. The applicant has been told which ways are still open. Please resolve the request.
mediation-done-fail = Written down; both sides will hear which ways are still open. Please resolve the request.
mediation-done-accept-mediator = Written down; you can arrange a meeting now.
mediation-done-name-mediator = The mediator is now { $mediator }; both sides are being asked.
mediation-done-schedule = Arranged. Both sides are told, and reminded at 9:00 the day before and an hour before.
mediation-done-settle = The agreement is on record and goes to both sides. You will be reminded to ask about its performance; please resolve the request.
mediation-done-performed = Written down: performed.
mediation-done-unperformed = Written down; both sides have been reminded. You will be reminded to ask again in seven days.
mediation-done-ask-confirmation = Written down; no more reminders.
mediation-done-confirmed = Written down: confirmed by the court.
mediation-talk-staff = What you send now goes to <b>{ $name }</b>; the applicant does not see it. Tap “Finished talking” at the end.
mediation-talk-party = Go ahead, it goes to the mediator <b>{ $name }</b>; the other side does not see it. Tap “Finished talking” at the end.
mediation-passed = ✓ Passed on to <b>{ $name }</b>; the other side does not see it.

mediation-consent = Hello! The mediation committee of <b>{ $area }</b> invites you to a mediation. Before you see what it is about, please agree:
    <b>What is kept</b>: your name, your answer and what you say.
    <b>What for</b>: only to mediate this matter; only the mediator and the first responder see it, the other side does not. If you need something yourself later, it is kept in the same way.
    <b>How long</b>: two years after it ends. You can see it, get a copy or leave at any time under “Settings”.
    Agreeing to this is not agreeing to mediate. Do you agree?
mediation-consent-telegram = Hello! The mediation committee of <b>{ $area }</b> invites you to a mediation. Before you see what it is about, please agree:
    <b>What is kept</b>: your name, your answer and what you say.
    <b>What for</b>: only to mediate this matter; only the mediator and the first responder see it, the other side does not. If you need something yourself later, it is kept in the same way.
    <b>How long</b>: two years after it ends. You can see it, get a copy or leave at any time under “Settings”.
    <b>Please note</b>: Telegram stores messages outside the mainland of China.
    Agreeing to this is not agreeing to mediate. Do you agree?
mediation-welcome = Thank you!
mediation-invitation = <b>{ $applicant }</b> has asked the mediation committee of <b>{ $area }</b> to mediate something between you: “{ $service }”.
    Mediator: <b>{ $mediator }</b>. It is free, and what you say is not shown to the other side.
    Whether you take part is up to you, and you may ask for another mediator. Do you want to?
    .elder = <b>{ $applicant }</b> asks for mediation with you: “{ $service }”. Mediator: <b>{ $mediator }</b>. Do you want to?
mediation-somebody = A resident
mediation-with-somebody = a resident
mediation-party-head = Mediation between you and <b>{ $applicant }</b>: “{ $service }”, mediator <b>{ $mediator }</b>
mediation-agreement-is = Agreement: { $text }
    In force from { $effective }, to be performed by { $perform }; both can ask the court for confirmation until { $until }.
mediation-party-accept = I agree to mediate
mediation-party-accept-other = Yes, with another mediator
mediation-party-refuse = I do not want to mediate
mediation-party-refuse-ask = Do you really not want to mediate? Once you say so, this mediation is over.
mediation-party-refuse-yes = Yes, I refuse
mediation-party-talk = Write to the mediator
mediation-party-accepted = Thank you. You will be told once a time is arranged.
mediation-party-another = Thank you. You will be told once there is another mediator.
mediation-mediator-yes = I accept
mediation-mediator-no = Another one
mediation-mediator-taken = Good, <b>{ $mediator }</b> will mediate.
mediation-mediator-other = Good, the community will look for somebody else and ask you again.

relay-from-other = <b>{ $name }</b> (other party, { $tail } { $service }; reply to this message to answer):
relay-from-mediator = Mediator <b>{ $name }</b> (reply to this message to answer):

notice-mediation-invited = Your “{ $service }” ({ $tail }): the other party has been invited.
    Mediator: <b>{ $mediator }</b>. Both sides must accept the mediator. Do you?
    .elder = Your “{ $service }”: the mediator is <b>{ $mediator }</b>. Do you accept?
notice-mediation-agreed = Your “{ $service }” ({ $tail }): the other party agrees to mediation. You will be told once a time is arranged.
notice-mediation-refused-applicant = Your “{ $service }” ({ $tail }): the other party clearly refuses mediation, so it cannot go on (People’s Mediation Law, art. 17). These ways are still open to you:
    { $routes }
notice-mediation-refused-other = It is on record that you do not want to mediate; the mediation of “{ $service }” is over. These ways are still open to both sides:
    { $routes }
notice-mediation-failed = “{ $service }” ({ $tail }): no agreement was reached and the mediation is over. These ways are still open to both sides:
    { $routes }
notice-mediation-ended = The mediation of “{ $service }” does not go on. You need not do anything.
notice-mediation-mediator = “{ $service }” ({ $tail }) has another mediator: <b>{ $mediator }</b>. Do you accept?
notice-mediation-time = The mediation of “{ $service }” is arranged:
    <b>{ $when }</b>, { $place }, mediator { $mediator }. If you cannot come, please say so in time.
notice-mediation-moved = The mediation of “{ $service }” has a new time:
    <b>{ $when }</b>, { $place }, mediator { $mediator }. If you cannot come, please say so in time.
notice-mediation-reminder = Reminder: the mediation of “{ $service }” is at <b>{ $when }</b>, { $place }, mediator { $mediator }.
notice-mediation-agreement = “{ $service }” ({ $tail }): an agreement was reached:
    { $text }
    In force from { $effective }, to be performed by { $perform }.
    To be on the safe side, both can ask the court together for confirmation until <b>{ $until }</b>, that day included (People’s Mediation Law, art. 33). It is free.
notice-mediation-unperformed = The agreement on “{ $service }” was to be performed by { $perform } and has not been. Please keep to it; if that is difficult, tell the mediator.
    A dispute over its performance can be taken to court (People’s Mediation Law, art. 32).
notice-mediation-confirm = Reminder: <b>{ $until }</b> is the last day on which both can ask the court to confirm the agreement on “{ $service }”. If you want to, please turn to the mediator { $mediator }.

notice-mediation-named = You are asked to mediate: { $tail } { $service } (applicant { $applicant }, other party { $other }). The handler keeps times and agreement; what the other party says goes to you.
notice-mediation-answered-accept = { $tail } { $service }: the other party ({ $other }) <b>agrees to mediation</b> and accepts { $mediator } as mediator.
notice-mediation-answered-accept-other-mediator = { $tail } { $service }: the other party ({ $other }) <b>agrees to mediation but asks for another mediator</b>.
notice-mediation-answered-refuse = { $tail } { $service }: the other party ({ $other }) <b>clearly refuses mediation</b>; it is over. Both sides have been told which ways are still open; please resolve the request.
notice-mediation-mediator-refused-applicant = { $tail } { $service }: the applicant ({ $applicant }) asks for another mediator.
notice-mediation-mediator-refused-other = { $tail } { $service }: the other party ({ $other }) asks for another mediator.
notice-mediation-call-other = { $tail } { $service }: please phone the other party ({ $other }) and tell them:
    { $news }
notice-mediation-follow-up = { $tail } { $service }: the agreement was to be performed by { $perform }. Please ask both sides: was it?
notice-mediation-other-left = { $tail } { $service }: the other party has left the desk and cannot be reached in the chat. That is no clear refusal; please reach them in another way.

news-mediation-invited = the other party has been invited; please ask whether they accept the mediator
news-mediation-agreed = the other party agrees to mediation
news-mediation-refused = the other party clearly refuses mediation; please name the other ways: arbitration, administration, court
news-mediation-failed = no agreement was reached; please name the other ways: arbitration, administration, court
news-mediation-mediator = has another mediator; please ask whether they accept
news-mediation-time = has a meeting arranged; see “Mediation”
news-mediation-moved = has a new meeting time; see “Mediation”
news-mediation-reminder = has its meeting soon; see “Mediation”
news-mediation-agreement = has an agreement on record; please explain the days for performance and court confirmation
news-mediation-unperformed = has an agreement that was not kept; please urge them
news-mediation-confirm = has its last day for court confirmation soon
news-legal-aid-complete = has its papers complete; please tell by when it is decided
news-legal-aid-urgent = is urgent: legal aid comes first, formalities after
news-legal-aid-granted = has been granted legal aid; please tell by when somebody is assigned
news-legal-aid-refused = has been refused legal aid; please explain the reason and how to object
news-legal-aid-assigned = has a lawyer assigned; please tell the name and the number

error-mediation-not-now = This step is not possible in the mediation now. Please see the latest “Mediation” card.
error-mediation-link-wrong = This invitation link is wrong, or was replaced by a new one. Please ask whoever sent it to you.
error-mediation-link-used = This invitation link has been used already. Please ask whoever sent it to you.
error-mediation-link-over = This invitation link has expired, or the mediation is over. Please ask whoever sent it to you.
error-mediation-link-own = This link is for the other party. Please pass it on as it is.
error-mediation-past = This time has passed already. Please arrange another one.
error-mediation-words = Please write it out in words.
error-mediation-over = This mediation is over; the words were not passed on.
error-mediation-no-chat = The other party does not use the chat. Please phone them.
error-legal-aid-not-now = This step is not possible in the legal-aid case now. Please see the latest “Legal aid steps”.
error-legal-aid-reason = A refusal needs a reason in words.

legal-aid-card = <b>Legal aid steps</b> · { $service } ({ $tail })
legal-aid-line-complete = Accepted, papers complete: { $when }; to be decided by { $decide } (Legal Aid Law, art. 43)
legal-aid-line-urgent = Aid first: { $when } ({ $ground }); formalities after (art. 44)
legal-aid-line-granted = Granted: { $when }
legal-aid-line-refused = Refused: { $when }
legal-aid-line-assign = Somebody to be assigned by { $assign } (art. 43)
legal-aid-line-assigned = Assigned: { $when }, { $lawyer }
legal-aid-act-complete = Accepted, papers complete
legal-aid-act-urgent = Urgent, aid first
legal-aid-act-grant = Granted
legal-aid-act-refuse = Refused
legal-aid-act-assign = Assigned
legal-aid-ask-ground = Why is it urgent? (Legal Aid Law, art. 44)
legal-aid-ground-time-limit = A time limit ends within seven days
legal-aid-ground-preservation = Property or evidence must be secured at once
legal-aid-ground-other = Another case named by law
legal-aid-reason = Why is aid refused? Please write the reason; the resident will see it.
legal-aid-lawyer = Who was assigned? Please write the name of the lawyer (or legal worker).
legal-aid-phone = What is { $name }’s phone number?
legal-aid-done-complete = Written down; the resident will be told by when it is decided.
legal-aid-done-urgent = Written down; the resident will know that aid comes first and formalities after.
legal-aid-done-grant = Written down; the resident will be told by when somebody is assigned.
legal-aid-done-refuse = Written down; the resident will be told the reason and how to object.
legal-aid-done-assign = Written down; the resident will be told the name and the number.

notice-legal-aid-complete = Your “{ $service }” ({ $tail }): the papers are complete and the application is accepted.
    The legal-aid office decides by <b>{ $decide }</b>.
notice-legal-aid-urgent = Your “{ $service }” ({ $tail }) is urgent: <b>aid comes first, formalities after</b>. Please hand in the papers as soon as you can.
notice-legal-aid-granted = Your “{ $service }” ({ $tail }): <b>legal aid is granted</b>, free of charge.
    A lawyer is assigned by <b>{ $assign }</b>; you will be told at once.
notice-legal-aid-granted-assigned = Your “{ $service }” ({ $tail }): <b>legal aid is granted</b>, free of charge.
    <b>{ $lawyer }</b> goes on helping you, phone { $phone }.
notice-legal-aid-refused = Your “{ $service }” ({ $tail }): legal aid is refused. Reason:
    { $reason }
    You can object at the justice bureau that set up the legal-aid office (Legal Aid Law, art. 49). For help just write here, or call 12348.
notice-legal-aid-assigned = Your “{ $service }” ({ $tail }): <b>{ $lawyer }</b> will help you, phone { $phone }. It is free.
notice-legal-aid-due-decide = { $tail } { $service } ({ $resident }): legal aid must be decided by <b>{ $when }</b>.
notice-legal-aid-due-assign = { $tail } { $service } ({ $resident }): somebody must be assigned by <b>{ $when }</b>.
notice-legal-aid-late-decide = <b>Past the legal time limit</b>: { $tail } { $service } ({ $resident }) was to be decided by { $when }. Handler: { $handler }
notice-legal-aid-late-assign = <b>Past the legal time limit</b>: { $tail } { $service } ({ $resident }) was to be assigned by { $when }. Handler: { $handler }
