# Transfer upward and outside, refusal reports, correction of the service, three sorts of matters, departure.

transfer-up = To { $area }
transfer-outside = To an outside body
transfer-refuse = Cannot be done: report it
transfer-correct = Wrong service: correct it
transfer-above = To whom in { $area }? Until they acknowledge, it is still yours.

outside-body = To which outside body? Please write its name, for example “Jiangbei Legal Aid Centre”.
outside-contact = How is <b>{ $body }</b> reached? Please write a phone number or address. The resident will see it.
outside-why = Why does it go to <b>{ $body }</b>? Please write the reason.
outside-when = On which day shall <b>{ $body }</b> be asked how it stands? Tap one, or write a date such as “8 Dec”. The first responder is reminded then.
outside-in = In { $days } days
outside-day-wrong = This date was not understood, or is not to come. Please write it again, for example “8 Dec”.
outside-done = Written down: with <b>{ $body }</b> ({ $number }). The resident knows. The first responder { $name } asks there on { $when }. The promised time stays the same.
outside-follow = How far has <b>{ $body }</b> come? Please write a few words. The resident will see them.
outside-next = When shall it be asked again? Tap a day, or write a date. If they have finished, tap “No need to ask again”.
outside-no-more = No need to ask again
outside-followed = Written down; the resident knows. The first responder is reminded to ask again on { $when }.
outside-ended = Written down; the resident knows. No more reminders to ask. If it is done, please tap “Resolve”.
act-follow-outside = News from outside
outside-line = With an outside body: <b>{ $body }</b> ({ $contact }), to be asked on { $when }
outside-line-resident = With <b>{ $body }</b> ({ $contact }); { $name } keeps following up
outside-mark = ask on { $when }

refusal-ground = Why can it not be done? Please state the ground. The manager checks it.
refusal-body = Whose business is it? Please write the name of the body.
refusal-contact = How does the resident reach <b>{ $body }</b>? Please write a phone number or address.
refusal-reported = Reported to the manager ({ $number }). The resident knows that it is being checked. Until then it is still yours, and the time runs on.
refusal-line = Reported as not ours, waits for the manager: business of <b>{ $body }</b> ({ $contact }){ $ground }
refusal-line-resident = Being checked with the manager: this may be the business of <b>{ $body }</b> ({ $contact })
act-uphold = Agree: cannot be done
act-overrule = Send back, go on
refusal-upheld = Agreed ({ $number }). The resident sees the ground and whom to turn to, and may say that it is not solved.
overrule-why = It goes on. Please write how. The handler will see it:
refusal-overruled = Sent back ({ $number }). The handler goes on; the resident knows.
decisions = <b>{ $count }</b> reported as not ours wait for you:
decision-line = To check: { $line }

correct-which = It is recorded as <b>{ $service }</b>. Which one is right? Choose a domain, or write a few words to search.
correct-found = Which of these is it? If none, write a few more words.
correct-of = Which one of { $domain }?
correct-sure = Correct <b>{ $before }</b> to <b>{ $after }</b>? The resident will know. The promised time stays the same: by { $when }.
correct-sure-earlier = Correct <b>{ $before }</b> to <b>{ $after }</b>? The resident will know. This one takes less time: it is now due by { $when }.
correct-yes = Correct it
correct-done = Corrected to <b>{ $service }</b> ({ $number }). Please resolve it by { $when }.

matter-line = Sort of matter: { $matter }
matter-government = government matter
matter-community = community matter
matter-personal = personal matter, with help
matter-mark-government = Gov
matter-mark-community = Com
matter-mark-personal = Own

left-list-blocked = <b>{ $name }</b> cannot be reached in the chat any more and still has <b>{ $count }</b> unfinished. Please hand them over, one by one or all at once:
left-list-gone = <b>{ $name }</b> has left and still has <b>{ $count }</b> unfinished. Please hand them over, one by one or all at once:
left-all = All to one colleague
left-whom = Who takes { $count } from { $name }? Residents will be told the new name.
left-whom-one = Who takes { $number } { $service }?
left-nobody = No colleague can take all of them. Please hand them over one by one.
left-reason = { $name } cannot act; work handed over
left-done = { $count } handed over to { $heir }.
left-none = Nothing of { $name } is left to hand over.

notice-outside = Your request “{ $service }” ({ $tail }) has gone to <b>{ $body }</b>.
    Contact: { $contact }
    The first responder is still <b>{ $responder }</b>, who keeps following up. The promised time stays the same.
    .elder = Your request “{ $service }” has gone to <b>{ $body }</b>: { $contact }
    <b>{ $responder }</b> still answers for it to the end.
notice-outside-news = News of your request “{ $service }” ({ $tail }) at <b>{ $body }</b>:{ $note }
notice-outside-yours = <b>{ $sender }</b> has handed it to { $body } ({ $contact }). You are the first responder: please ask there on { $when }.
notice-outside-due = Time to ask outside today: { $tail } { $service } ({ $resident }) is with <b>{ $body }</b>, contact: { $contact }.
notice-outside-due-list = <b>{ $count }</b> are to be asked about outside today. Tap one to open it:
notice-holding = <b>{ $before }</b> cannot act any more; you are the handler now:{ $why }
notice-matter-recorded = <b>A government matter, for you to know</b>; first responder: { $responder }
notice-refusal-checking = Your request “{ $service }” ({ $tail }) may not be the community's business but that of <b>{ $body }</b> ({ $contact }). The manager is checking; you will hear at once. The promised time stays the same.
    .elder = Your request “{ $service }” may be the business of <b>{ $body }</b> ({ $contact }).
    We check first and tell you at once.
notice-refusal-upheld = Your request “{ $service }” ({ $tail }) was checked. The community cannot do it:
    { $outcome }
    Are you satisfied with this answer? If it is not solved, tap “Not solved”.
    .elder = The community cannot do “{ $service }”:
    { $outcome }
notice-refusal-overruled = Your request “{ $service }” ({ $tail }) was checked. The community does it after all; the handler is <b>{ $handler }</b>, by { $resolve }.
notice-refusal-reported = <b>Reported as not ours. Please check</b>; reported by { $reporter }:
notice-refusal-late = <b>Reported as not ours, and unchecked for a working day</b>. Please check or see to it; reported by { $reporter }:
notice-refusal-decided-yes = { $tail } { $service }: { $by } agreed that it cannot be done here. The resident knows.
notice-refusal-decided-no = { $tail } { $service }: { $by } sent it back, please go on. { $why }
notice-corrected = Your request “{ $before }” ({ $tail }) was corrected to <b>{ $service }</b>, to be resolved by { $resolve }.
notice-corrected-staff = { $tail }: the service was corrected from “{ $before }” to <b>{ $service }</b>. Please resolve it by { $resolve }.
notice-mediator-left = { $tail } { $service }: the mediator { $name } cannot act now. Please name another; both parties must agree.
news-outside = has gone to an outside body; the first responder keeps following up
news-outside-news = has news from the outside body
news-refusal-checking = may not be the community's business; the manager is checking
news-refusal-upheld = cannot be done here and is another body's business; please ask how satisfied they are
news-refusal-overruled = was checked and is done by the community after all
news-corrected = has another service now

error-body-empty = Please write the name of the body and how to reach it.
error-follow-up-day = Please choose a day to come, within a year.
error-not-outside = This request is not with an outside body now.
error-refusal-waits = It was reported already and waits for the manager.
error-refusal-decided = This report was decided already, or the work went on.
error-refusal-own = What you reported is for another manager to check.
error-nobody-decides = There is no other manager to check it. Please transfer it, or ask those above.
error-service-unknown = There is no such service. Please choose again.
error-service-same = It is recorded as this one already.
error-mediation-begun = The mediation has begun. Please bring it to an end first, then correct the service.
error-legal-aid-begun = The papers for legal aid are complete. Please decide first, then correct the service.
