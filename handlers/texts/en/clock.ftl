# What the clock says: near, overdue, today's list, the rating asked once more.

stage-acknowledge = acknowledge
stage-contact = first contact with the resident
stage-resolve = resolve
notice-promise-warn = Time is short: { $tail } { $service } ({ $resident }) was promised by { $when }: <b>{ $stage }</b>.
notice-promise-breach = <b>Overdue</b>: { $tail } { $service } ({ $resident }) was promised by { $when } ({ $stage }) and is not done.
    First responder: { $responder }; handler: { $handler }
notice-promise-escalate = <b>A day overdue and still waiting</b>: { $tail } { $service } ({ $resident }) was promised by { $when } ({ $stage }).
    First responder: { $responder }; handler: { $handler }. Please step in.
notice-promise-digest = <b>{ $broken } overdue, { $near } nearly due</b>. Tap one to open it:
notice-today = Good morning, { $name }! Today: <b>{ $count }</b> open, { $overdue } overdue. What is urgent, then the soonest promise:
notice-rating-reminder = Your request "{ $service }" ({ $tail }) was resolved three days ago. Are you satisfied? One tap is enough; if it is not solved, tap "Not solved yet".
    .elder = Your "{ $service }" was done three days ago. Is it solved?
news-rating-reminder = resolved three days ago; please ask whether they are satisfied
