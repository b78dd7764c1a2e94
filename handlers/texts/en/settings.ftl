# Settings, my data, deleting the account; what is said when something goes wrong.

settings = What would you like to change?
elder-on = Turn on easy mode (fewer words, bigger choices)
elder-off = Turn off easy mode
elder-mode = Easy mode
elder-is-on = Easy mode is on. Each choice has a number; just type the number.
elder-is-off = Easy mode is off.
language-other = 中文
language-is = Done, English from now on.
change-area = Change community
my-name = What to call me
name-ask = What may we call you? You need not say.
name-skip = I’d rather not say
name-is = Thank you, { $name }. We will call you that.
my-data = My data
my-data-to-move = My data (for another system)
my-data-coming = We are putting your data together. It will come in a moment.
my-data-is = This is everything we keep about you.
    Name: { $name }; phone: { $phone }; requests: { $count }.
    Open the page “My data” to read all of it.
leave = Delete my account
leave-ask = { $open ->
    [0] Your name, your phone number and everything you said will be deleted; only the counts stay. This cannot be undone. Do you really want to delete your account?
    [one] You still have { $open } open request. It will be withdrawn too. Your name, your phone number and everything you said will be deleted. This cannot be undone. Do you really want to delete your account?
   *[other] You still have { $open } open requests. They will be withdrawn too. Your name, your phone number and everything you said will be deleted. This cannot be undone. Do you really want to delete your account?
}
leave-yes = Yes, delete it
leave-no = No, keep it
left = Your account is deleted, and everything about you with it. If you want to use this desk again, just send a message.

error-unexpected = Sorry, something went wrong on our side, and that last step was not done. Please send it again. If it cannot wait, call 12345.
error-unavailable = Sorry, we cannot save anything right now. What you just said is not lost; we will go on with it as soon as we can. If it cannot wait, call 12345.
error-not-yours = We did not find this request, or it is not yours to see. Please check the number.
error-not-your-turn = This step is not yours to take now. Please look at the newest card.
error-not-now = This cannot be done now. Please look at the newest card.
error-acknowledged-already = This has already been acknowledged.
error-is-closed = This request is already closed.
error-is-withdrawn = This request has been withdrawn.
error-is-resolved = This request is already resolved and is waiting for the resident’s rating.
error-urged-today = A reminder has already been sent today. You can send another one tomorrow.
error-revised-already = A rating can be changed only once, and you have already changed it.
error-own-work = You cannot rate a request that you handled yourself.
error-not-rated = This request has not been rated yet.
error-outcome-empty = To resolve it, please write a few words about the outcome.
error-transfer-self = They already have this request.
error-not-colleague = They do not work in this community, so it cannot go to them. Please choose a colleague from the list.
error-replace-same = They are already the first responder.
error-not-your-area = You have no post in this community, so you cannot record here. What you wrote is still there; please pass it to a colleague there. To choose another community, tap Cancel and begin again.
error-area-not-open = The desk of this community is not open yet. Please call 12345, and someone will answer.
error-tasks-left = You still have open requests in hand. Please transfer them to a colleague first, then delete your account.
slow-down = You write faster than I can answer. Everything has arrived and is answered one after the other; nothing is lost.
error-invite-wait = That was several codes that do not fit. Please try again in an hour, or ask your manager for a new one.
error-invite-wrong = This invitation code is not right. Please check it, or ask your manager for a new one.
error-invite-used = This invitation code has already been used. Please ask your manager for a new one.
error-invite-expired = This invitation code has expired. Please ask your manager for a new one.
error-no-person = We did not find this person. Please look at the newest card.
error-no-area = We did not find this community.
