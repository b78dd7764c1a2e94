# My requests, progress, ratings, talking.

status-recorded = Waiting
status-in-progress = In progress
status-supplement = Waiting for documents
status-resolved = Resolved
status-closed = Closed
status-withdrawn = Withdrawn
status-line-recorded = Progress: <b>Waiting to be acknowledged</b>
status-line-in-progress = Progress: <b>In progress</b>
status-line-supplement = Progress: <b>waiting for documents</b>
status-line-resolved = Progress: <b>Resolved</b>, waiting for the resident’s rating
status-line-closed = Progress: <b>Closed</b>
status-line-withdrawn = Progress: <b>Withdrawn</b>
due-acknowledge = Promised: acknowledged by { $when }; resolved by { $resolve }
due-resolve = Promised: resolved by { $when }
in-chat = reach them in the chat
no-phone = no phone number left
files-attached = { $count ->
    [one] { $count } attachment
   *[other] { $count } attachments
}

my-requests = You have { $count } requests, { $open } still open. Tap one to see more:
    .elder = Your requests. Tap one to see it:
my-requests-none = You have no open requests. If you need anything, just say it.
number-mistyped = This number does not add up: one digit may be wrong. Please check it, or look under “My requests”.
my-card-head = <b>{ $service }</b>
    Number <code>{ $number }</code>
my-card-people = First responder: <b>{ $responder }</b>; handler: { $handler }
    .elder = In charge: <b>{ $responder }</b>
my-card-outcome = Outcome: { $outcome }
my-card-rating = Your rating: { $level }

act-talk = Add something
act-urge = Send a reminder
act-withdraw = Withdraw
act-open = See the request
act-history = History
act-reopen = Not solved yet
act-settle = Solved
act-revise = Change rating
act-rate = Rate

urged = We have reminded { $name }. It is promised by { $when }. You can send one reminder a day.
which-talk = Which one do you want to add to?
which-rate = Which one do you mean?
which-reopen = Which one is not solved yet?
which-urge = Which one should we send a reminder about?
which-withdraw = Which one do you want to withdraw?
withdraw-ask = Do you really want to withdraw “{ $service }”? We will then stop working on it.
withdraw-yes = Yes, withdraw it
withdraw-no = No, go on with it
withdrawn = Withdrawn ({ $number }). If you need it again, just say so.

level-very-satisfied = Very satisfied
level-satisfied = Satisfied
level-fairly-satisfied = Fairly satisfied
level-dissatisfied = Dissatisfied
level-very-dissatisfied = Very dissatisfied
unrated = Unrated
rate-ask = Wonderful! How satisfied are you with how it was done?
rate-please = How satisfied are you with how it was done? If it is not solved, tap “Not solved yet”.
revise-ask = You can change your rating once. The first one is kept beside it:
rated = Thank you for your rating: <b>{ $level }</b>. If you would like to say more, just write it. If not, tap “No, thanks”.
rated-poor = We have your rating: <b>{ $level }</b>. We are sorry. A manager will see it and follow up.
    Would you like to tell us why? You do not have to.
reason-slow = Too slow
reason-attitude = Unfriendly
reason-result = Not done well
reason-passed-around = Sent from one to another
reason-other = Something else
reason-thanks = Noted. If you would like to say more, just write it. If not, tap “No, thanks”.
comment-words = For your rating, please type. If this is something new, tap “This is something new”.
comment-thanks = Thank you. Your words will go to the people in charge.
reopened = It is back with the first responder, <b>{ $name }</b>. The promised time stays the same: by { $when }.
    What is not solved? Just say it here, and it goes to { $name }.

history-head = History of <b>{ $service }</b>
history-line = { $who } { $act }
event-record = recorded the request
event-acknowledge = acknowledged it
event-contact = contacted the resident
event-supply = added something
event-transfer = transferred it, saying:
event-resolve = resolved it, outcome:
event-rate = rated it
event-revise = changed the rating
event-reopen = said it is not solved and reopened it
event-settle = said it is solved
event-urge = sent a reminder
event-withdraw = withdrew it
event-replace = replaced the first responder, reason:
event-look-up = looked at the phone number
event-look-up-number = found the resident by their phone number while recording
event-close-unrated = closed it as unrated after seven days without an answer
event-warn = warned that it is due soon
event-breach = noted that the promised time has passed
event-escalate = reported it to the manager above
event-notify = gave the one-time notice
event-ask-supplement = asked for documents, the clock pauses:
event-ask-again = asked for documents, the clock goes on:
event-supplemented = everything asked for is there
event-lapse = the documents did not come in time, the clock goes on
event-ask-extension = asked for an extension, because:
event-grant-extension = granted the extension
event-refuse-extension = refused the extension:
event-hand-outside = handed it to a body outside:
event-follow-outside = followed up with the body outside:
event-report-refusal = reported that it cannot be done here, because:
event-uphold = agreed that it cannot be done here
event-overrule = decided that it must be done here:
event-correct = corrected the service
event-take-rating = took down a rating on the phone
event-take-reopen = was told on the phone that it is not solved
event-rectify = a bad rating: rectification begins
event-rectify-contact = rectification: contacted the resident
event-rectify-complex = rectification: complicated, 15 working days
event-rectify-settle = rectification settled:
event-follow-up = follow-up call

talk-as-resident = Please go on. Your words will go to <b>{ $name }</b>. Text, voice and photos are all fine.
talk-as-staff = Everything you send now goes to <b>{ $name }</b>. When you are done, tap “Finished talking”.
talk-no-chat = <b>{ $name }</b> does not use the chat; please phone them. What you write here is kept on record.
talk-end = Finished talking
talk-ended = All right.
passed-on = ✓ Passed on to <b>{ $name }</b> ({ $number }). What you say next goes to { $name } too.
passed-aside = ✓ Passed on to <b>{ $name }</b> ({ $number }).
noted-down = ✓ Noted ({ $number }). <b>{ $name }</b> has no chat here: please tell them by phone.
edit-not-passed = What you changed was not passed on to anybody. If it is meant for someone, please send it again.
talk-over = { $number } is over ({ $status }), so your words could not be passed on. We have kept them. Would you like to:
talk-over-staff = { $number } is over ({ $status }); what you wrote was not passed on to the resident.
relay-from-resident = <b>{ $name }</b> ({ $tail } { $service }):
relay-from-staff = <b>{ $name }</b> ({ $service }):
edited = (edited)
file-lost = (An attachment could not be passed on. Please ask for it to be sent again.)
file-large = (The attachment “{ $name }” is { $size } MB, too large to be passed on: it can only be seen in Telegram. You can ask for a smaller one.)
file-unnamed = without a name
file-too-large = This file is { $size } MB, which is too large (20 MB at most): some of the staff cannot be shown it. Please send a smaller one, or a photo of it.
files-too-large = { $count } of them over 20 MB, to be seen in Telegram only
sent-again = (Sent again, in case it did not reach you)
