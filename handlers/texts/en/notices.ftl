# Notices: what changed about a request, told to those who must know.

notice-recorded = ✓ Your request is recorded
    Number <b><code>{ $number }</code></b>
    Service: { $service }
    First responder: <b>{ $responder }</b>, who looks after it to the end
    Promised: acknowledged by { $acknowledge }; resolved by { $resolve }
    { $phone ->
        [none] City hotline: 12345
       *[other] Community phone: { $phone }
    }
    .elder = ✓ Your request is recorded
    Number <b>{ $number }</b>
    <b>{ $responder }</b> looks after it to the end
    We promise: done by { $resolve }
notice-recorded-danger = { $managers ->
    [0] <b>{ $responder }</b> has been told and asked to contact you at once.
   *[other] <b>{ $responder }</b> and the community manager have been told and asked to contact you at once.
} Number <b><code>{ $number }</code></b>
notice-acknowledged-danger = <b>{ $handler }</b> has taken over. Anything you say here goes to { $handler }.
notice-acknowledged = <b>{ $handler }</b> has acknowledged your request “{ $service }”. It will be resolved by { $resolve }.
    Anything you say here goes to { $handler }.
notice-handed-over = <b>{ $handler }</b> now works on your request “{ $service }” ({ $tail }). It will be resolved by { $resolve }; the promised time stays the same.
    <b>{ $responder }</b> is still your first responder, who looks after it to the end.
    .elder = <b>{ $handler }</b> now works on your request “{ $service }”.
    <b>{ $responder }</b> still looks after it to the end.
notice-resolved = Your request “{ $service }” ({ $tail }) is resolved. { $handler } says:
    { $outcome }
    Are you satisfied? If it is not solved, tap “Not solved yet”.
    .elder = Your request “{ $service }” is done:
    { $outcome }
    Is it solved?
notice-replaced = Your request “{ $service }” ({ $tail }) has a new first responder: <b>{ $responder }</b>. The promised time stays the same.
notice-closed-unrated = Your request “{ $service }” ({ $tail }) was resolved seven days ago. We have not heard from you, so it is closed as “Unrated” for now.
    If it is still not solved, tap below at any time.

notice-assigned = <b>New request: you are the first responder</b>{ $why }
notice-assigned-urgent = <b>Urgent! Contact the resident now</b>{ $why }
notice-danger-alert = <b>Danger! Assigned to { $handler }. Please watch it too</b>
notice-offered = <b>{ $sender }</b> asks you to take over. You become the handler once you acknowledge.{ $why }
notice-offer-over = { $tail } { $service }: you do not need to take over any more.
notice-transfer-taken = { $tail } { $service }: <b>{ $handler }</b> has acknowledged. The handler is now { $handler }.
notice-resolved-by = { $tail } { $service }: resolved by { $handler }.
    { $outcome }
notice-replaced-you = { $tail } { $service }: the first responder is now <b>{ $responder }</b>.{ $why }
notice-urged = { $resident } sent a reminder about { $tail } { $service } (reminder { $times }). Please resolve it by { $resolve }.
notice-withdrawn = { $resident } has withdrawn { $tail } { $service }. Nothing more to do.
notice-rated = { $tail } { $service }: rating from { $resident }: <b>{ $level }</b>.
notice-rating-changed = { $tail } { $service }: { $resident } changed the rating: it was { $was }, now <b>{ $level }</b>.
notice-rating-comment = { $tail } { $service }: { $resident } says:
    { $comment }
notice-reopened = <b>The resident says it is not solved. It is back with the first responder</b>; the promised time stays the same:
notice-call-resident = { $resident } cannot be reached in the chat. Please phone or visit and tell them: { $tail } { $service } { $news }.
notice-tell-resident = { $resident } cannot be reached in the chat and left no phone number. Please tell them in person (at home, or at the counter): { $tail } { $service } { $news }.
news-acknowledged = has been acknowledged
news-handed-over = has a new handler
news-resolved = has been resolved, and ask how satisfied they are
news-replaced = has a new first responder
news-relay = : your message was not delivered, only kept on record
news-relay-edit = : your changed message was not delivered, only kept on record
news-closed-unrated = has been closed as unrated
notice-unreachable = { $name } can no longer be reached in the chat (perhaps blocked or deleted). Please check what you have open with them.
notice-undelivered = Some messages could not be delivered. Please see whom they were for, and tell them by phone or in person.
