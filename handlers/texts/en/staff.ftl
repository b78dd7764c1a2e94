# Community workers and managers.

act-acknowledge = Acknowledge
act-contact = Contact resident
act-transfer = Transfer
act-resolve = Resolve
act-look-up = See phone number
act-replace = Replace first responder
act-files = See attachments

staff-card-urgent = <b>Urgent</b>
staff-card-head = <b>{ $service }</b> · { $area }
    Number <code>{ $number }</code>
staff-card-resident = Resident: { $name } ({ $phone })
staff-card-people = First responder: { $responder }; handler: { $handler }

tasks = { $count } in hand, { $overdue } overdue, { $urgent } urgent. Tap one to open it:
owed-offered = yours to acknowledge
owed-acknowledge = acknowledge { $when }
owed-resolve = resolve { $when }
owed-waits = papers by { $when }
soon-yesterday = yesterday { $time }
soon-today = today { $time }
soon-tomorrow = tomorrow { $time }
button-typed = “{ $act }” is a button; it was not sent to the resident. Tap here:
button-typed-none = “{ $act }” is a button; it was not sent to the resident. No request has it right now.
tasks-none = No open requests in hand.
done-already = This step is already done. Now: { $status }.
acknowledged = Acknowledged. { $name } knows that you are the handler. Please resolve it by { $when }.
acknowledged-no-chat = Acknowledged. { $name } does not use the chat; the first responder will phone. Please resolve it by { $when }.
acknowledged-met = Acknowledged. { $name } does not use the chat and left no phone number; the first responder will tell them in person. Please resolve it by { $when }.
phone = Phone: { $phone } (this look is on record)
phone-none = No phone number was left. Please use the chat.
outcome-ask = Please write the outcome; { $name } will see it. Say clearly what was done and how it ended.
outcome-files-kept = The { $count } files you sent before are still here; the resident will see them with the outcome.
outcome-words = To resolve it, the outcome is needed in words. Please write a few; you may add photos.
resolved = { $number } is resolved. The resident will see the outcome and rate it.
transfer-whom = Transfer to whom? Until they acknowledge, it is still yours.
transfer-why = Transfer to <b>{ $name }</b>. Please write the reason:
transferred = { $name } has been asked to take over ({ $number }). Until they acknowledge, you are still the handler.
replace-whom = Who should be the first responder?
replace-why = <b>{ $name }</b> will be the first responder. Please write the reason (the resident will be told the new name):
replaced = { $name } is now the first responder ({ $number }). The resident has been told.
no-colleague = This community has no other colleague who can take it. Please invite one first.
reason-words = Please write the reason in words.
error-reason-empty = Please write a reason before handing it on.

behalf-how = On-behalf intake: how did the resident tell you?
behalf-way-counter = At the counter
behalf-way-phone = By phone
behalf-way-visit = On a home visit
behalf-name = What is the resident’s name?
behalf-phone = What is { $name }’s phone number?
behalf-phone-wrong = This does not look like a phone number. Please type it again, digits only, such as 13812345678.
behalf-no-phone = No phone
behalf-need = What does { $name } need? Just write down their own words.
behalf-as = For { $name }: { $need }
    Which service should it be recorded as? To add something, just write on.
behalf-name-only = Just the name, such as “Zhang Po”; the matter comes next. What you wrote is kept.
behalf-phone-short = A mobile number has 11 digits; { $phone } has { $digits }. Please check it once more.
behalf-phone-kept = Phone noted: { $phone }
behalf-back = Back
behalf-check = Is this right?
    { $lines }
behalf-check-name = Name: { $value }
behalf-check-phone = Phone: { $value }
behalf-check-need = Matter: { $value }
behalf-check-yes = Right
behalf-check-rename = Change the name
behalf-done = Recorded for { $name }, number <code>{ $number }</code>.
    You are the first responder. Please give the resident the number.

overview = <b>Overview, { $period }</b>
    Recorded { $recorded }; closed { $closed }, of these rated { $rated }
    Open now { $open }, overdue <b>{ $overdue }</b>
overview-all = <b>Satisfaction</b>
overview-rate = { $name }: <b>{ $rate }</b> (rated { $rated } / closed { $closed })
overview-few = { $name }: satisfied { $satisfied } / rated { $rated } (fewer than 5, no percentage)
overview-unrated = { $name }: closed { $closed }, no ratings yet
list-open = Open
list-overdue = Overdue
list-poor = Poor ratings
list-all = All
list-head = { $title }: { $start }–{ $end } of { $total }
list-none = There are no such requests.
next-page = Next page
undelivered = Not delivered
undelivered-count = Not delivered ({ $count })
undelivered-head =
    <b>Not delivered: { $total }</b>
    { $lines }
    Please tell them by phone or in person.
undelivered-line = · { $at } { $name }: { $why }
undelivered-gone = cannot be reached in the chat
undelivered-refused = the message was refused
undelivered-none = Everything was delivered.
