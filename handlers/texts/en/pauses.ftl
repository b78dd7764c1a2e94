# One-time notice, supplement, extension: all told at once, what is missing, and time asked for beforehand.

act-notify = One-time notice
act-ask-supplement = Ask for documents
act-supplemented = Documents received
papers-there = All papers are here, go on
act-complete = I have supplied everything
act-ask-extension = Ask for an extension
act-grant-extension = Grant extension
act-refuse-extension = Refuse
provisional = { $when } (provisional)
words-please = Please write it in words.
urged-waiting = { $name } has been urged. The desk is waiting for your documents; when they are complete, tap “I have supplied everything”.

told-materials = What to bring:
told-steps = How it goes:
told-preview = <b>One-time notice</b>. { $name } will get:

    { $content }
told-preview-aloud = <b>One-time notice</b>: { $name } gets nothing in the chat. Please read it out, then tap how you told it:

    { $content }
told-send = Send to the resident
told-at-counter = Told in person
told-by-phone = Told on the phone
told-add-words = Add words
told-words-ask = Please write what to add; it comes at the end of the notice:
told-needs-words = The service list has no documents and steps for this. Please write all of it at once: conditions, documents, steps, place, time.
told-sent = The one-time notice is on its way to { $name }. The request shows whether it has arrived.
told-written-down = Noted: { $name } has been told everything.
told-none = One-time notice: none yet
told-line = One-time notice: { $state }
told-not-yet = sent { $when }, not delivered yet
told-arrived = delivered { $when }
told-said = told in person or on the phone { $when }
told-partly = the resident has seen the short service card only
event-told = (after seeing the service card, a one-time notice)
event-reckon = checked the promise against the announced holidays

supplement-ask = What is missing from { $name }? Tap the documents, or write it.
    { $effect }
supplement-list = { $name } is asked for:
    <blockquote>{ $what }</blockquote>
    { $effect }
    Tap “Send to the resident”, or go on tapping and writing.
supplement-effect-pauses = The clock stops when it is sent, for 10 working days at most, and goes on when it is there.
supplement-effect-told = There is no complete one-time notice yet: <b>the clock will not stop</b>. You can send the notice first.
supplement-effect-again = Documents were asked for before: <b>the clock goes on this time</b>, and it is counted.
supplement-effect-late = The promised time has passed: <b>the clock does not stop</b>.
supplement-sent-pauses = { $name } has been asked. The clock stands still from now until { $until } at the latest.
supplement-sent = { $name } has been asked. <b>The clock goes on</b>: it is still due by { $when }.
supplement-thanks = All right, { $name } has been told and goes on. It will be resolved by { $when }.
supplement-received-staff = Noted. The clock goes on: due by { $when }.
supplement-goes-on = The work goes on already: it will be resolved by { $when }. Anything more can be sent to { $name } here.
waiting-staff = Waiting for the resident (until { $until }), the clock is paused: { $what }
waiting-resident = Please supply (by { $until }), the clock is paused: { $what }
asked-again = Documents asked for without a pause: { $count }

extension-ask = It is promised by { $when } now. How much longer? Only once, and a manager decides.
extension-ask-kept = The reason is noted. How much longer? Tap one, or type how many days.
extension-ask-offered = Only these can be asked for. How much longer? Tap one.
extension-days = { $days } working days (until { $when })
extension-why = Until { $when }. Why? Please write the reason; the manager and { $name } will see it.
extension-sent = The managers have been asked ({ $number }) for an extension until { $until }. Until they decide, it is due by { $when }.
extension-granted-you = Extension granted: due by { $when }. The resident and the handler will be told.
extension-refuse-why = You refuse the extension that { $name } asked for. Please write why; the handler will see it.
extension-refused-you = The extension was refused ({ $number }); the handler will be told.
extension-waits = Extension: asked until { $until }, waiting for a manager
extension-granted = Extension: granted until { $until }
extension-refused = Extension: refused (until { $until })
extension-over = Extension: asked until { $until }, nobody decided in time, not extended

notice-told = <b>One-time notice</b>: { $service } ({ $tail })

    { $content }

    Please keep this message. If anything is unclear, ask { $handler }.
    .elder = <b>{ $service }</b>. Please prepare:

    { $content }

    Please keep this message.
notice-supplement = <b>{ $handler } asks you for documents</b> ({ $service } { $tail }):
    { $what }
    Please supply them by { $until }; send photos or words right here. While the desk waits for you, the clock is paused.
    .elder = <b>Still missing</b>:
    { $what }
    By { $until }. Just send a photo here.
no-id-photo = (Just bring the ID card to be looked at; please do not send a photo of it.)
notice-supplement-on = <b>{ $handler } asks you for more documents</b> ({ $service } { $tail }):
    { $what }
    Send photos or words right here. Your promised time stays: { $resolve }.
    .elder = <b>Still missing</b>:
    { $what }
    Just send a photo here.
notice-supplement-reminder = Your “{ $service }” ({ $tail }) is still waiting for:
    { $what }
    Please supply them by { $until }. If it is difficult, tell { $handler }.
    .elder = Still waiting for:
    { $what }
    By { $until }. If it is difficult, tell { $handler }.
notice-supplement-reminder-on = Your “{ $service }” ({ $tail }) is still waiting for:
    { $what }
notice-supplement-received = Your documents for “{ $service }” ({ $tail }) are here. It will be resolved by { $resolve }.
notice-supplement-over = The time for documents for “{ $service }” ({ $tail }) is over; the work goes on: it will be resolved by { $resolve }.
    You can still send them right here.
notice-extended = Your “{ $service }” ({ $tail }) has an <b>extension</b>: it will be resolved by { $resolve }. { $why }
    We are sorry to keep you waiting.
    .elder = Your “{ $service }” takes longer: by { $resolve }. { $why }
notice-reckoned = The public holidays have been announced. Your “{ $service }” ({ $tail }) will be resolved by { $resolve } (before: { $before }).
    .elder = Your “{ $service }” will be done by { $resolve }.
notice-supplemented = { $tail } { $service }: { $who } says the documents are complete. The clock goes on: due by { $resolve }.
notice-supplement-lapsed = { $tail } { $service }: the documents of { $resident } did not come in time. <b>The clock goes on</b>: due by { $resolve }.
    Please contact { $resident } and see what is difficult.
notice-extension-asked = <b>{ $asker } asks for an extension</b>: { $tail } { $service } ({ $resident })
    Promised by { $resolve } now; { $days } working days more would be { $until }. { $why }
    Do you agree? Without a decision in time it is not extended.
notice-extension-granted = { $tail } { $service }: { $manager } <b>granted the extension</b>, due by { $resolve }. { $resident } will be told.
notice-extension-refused = { $tail } { $service }: { $manager } <b>refused the extension</b>, still due by { $resolve }. { $why }
notice-reckoned-staff = The public holidays have been announced. { $tail } { $service } ({ $resident }) is now due by { $resolve }.
notice-pause-digest = <b>{ $lapsed } without their documents in time, the clock goes on; { $reckoned } with a new date after the holidays were announced</b>. Tap one to open it:
news-one-time-notice = has a one-time notice
news-supplement = needs documents, please see the request
news-supplement-reminder = still waits for documents, soon due
news-supplement-received = has its documents and goes on
news-supplement-over = goes on, the time for documents is over
news-extended = has an extension, please tell the new date and why
news-reckoned = has a new date after the holidays were announced

error-notice-empty = Please write what is to be told, all at once.
error-notice-no-chat = The resident gets nothing in the chat. Please tell them in person or on the phone.
error-supplement-empty = Please write what is missing.
error-extension-asked = An extension can be asked for once, and it was asked for already.
error-extension-late = The promised time has passed; it cannot be extended. Please resolve it soon and tell the resident.
error-extension-nobody = There is no other manager who could decide: nobody decides on their own extension. Please resolve it in time, or transfer it first.
error-extension-no-room = This cannot be extended: it would be later than the law allows.
error-extension-days = It cannot be extended by so much. Please tap “Ask for an extension” again.
error-extension-none = No extension was asked for.
error-extension-decided = Another manager has decided already.
error-extension-own = Another manager has to decide on your own extension.
error-extension-over = The promised time has passed; this extension is void.
