# The front: greeting, consent, choosing the community, reaching a person, danger. Short, warm, plain; one question a message.

menu-services = Get something done
menu-requests = My requests
menu-human = Talk to a person
menu-settings = Settings
menu-tasks = My tasks
menu-behalf = On-behalf intake
menu-overview = Overview
human = Talk to a person
more = More
more-choices = There are also these:
somebody = Resident
the-desk = The desk

welcome = Hello! This is the community desk of <b>{ $area }</b>.
    Whatever you need, just say it in your own words: type, speak, or send a photo.
    One member of staff will look after it to the end.
    .elder = Hello! Just tell us what you need.
welcome-anywhere = Hello! This is the community desk.
    Whatever you need, just say it in your own words: type, speak, or send a photo.
    .elder = Hello! Just tell us what you need.
welcome-staff = Hello, { $name }! New requests will come to you here.
    To talk with a resident, just reply to their message.
say-need = Please tell us what you need.
    You can type, speak, or send a photo.
    .elder = Please tell us what you need.

consent = Hello! This is the community desk.
    To help you, we need to keep a few things: what you say, what to call you, and your community.
    <b>What for</b>: only to deal with your request. Only the staff in charge and their managers can see it.
    <b>How long</b>: two years after it is resolved. In “Settings” you can see it, get a copy, or delete it at any time.
    We do not want your ID number. Do you agree?
    .elder = Hello! This is the community desk.
    We keep what you say, your name and your community, <b>only to deal with your request</b>, for two years after it is resolved. In “Settings” you can see it, get a copy, or delete it.
    We do not want your ID number. Do you agree?
consent-telegram = Hello! This is the community desk.
    To help you, we need to keep a few things: what you say, what to call you, and your community.
    <b>What for</b>: only to deal with your request. Only the staff in charge and their managers can see it.
    <b>How long</b>: two years after it is resolved. In “Settings” you can see it, get a copy, or delete it at any time.
    <b>Please note</b>: Telegram keeps messages outside mainland China. To keep them inside, please use the community’s web page.
    We do not want your ID number. Do you agree?
    .elder = Hello! This is the community desk.
    We keep what you say, your name and your community, <b>only to deal with your request</b>, for two years after it is resolved. In “Settings” you can see it, get a copy, or delete it.
    Telegram keeps messages outside mainland China. To keep them inside, please use the community’s web page.
    We do not want your ID number. Do you agree?
consent-kept = I am keeping what you said. To go on, tap “I agree”, or type it.
consent-again = To go on, tap “I agree”, or type it.
consent-yes = I agree
consent-no = I do not agree
consent-thanks = Thank you!
consent-refused = All right. Nothing you said has been kept.
    You can go to the community office, or call 12345. If you want to use this desk later, just send a message.
consent-refused-danger = All right. The emergency has gone to the staff; nothing else has been kept.
    In an emergency, call 120, 110 or 119. If you want to use this desk later, just send a message.
consent-given-already = You have already agreed. To take it back, choose “Delete my account” in “Settings”.

area-ask = Which community or village do you live in? Tap one, or type its name.
area-stay = Stay in { $area }
area-which = Which one do you mean?
area-not-found = We did not find “{ $words }”. Please type the name of your community or village again. Two or three characters are enough.
noted = We have noted what you said.
area-none-open = No community is open here yet. Please call 12345, and someone will answer.
area-unknown = We do not know this community’s QR code or link. Please type the name of your community or village, or call 12345.
area-chosen = Good, you are in <b>{ $area }</b>.
area-not-open = The desk of <b>{ $area }</b> is not open yet. { $phone ->
    [none] Please call the city hotline, 12345, and someone will answer.
   *[other] Please call the community on { $phone }, or the city hotline, 12345, and someone will answer.
}

human-say = Of course. Please tell us what you need, and a member of staff will take it from there.
    { $phone ->
        [none] If it cannot wait, call the city hotline: 12345.
       *[other] If it cannot wait, call { $area }: { $phone }.
    }
    .elder = Please tell us what you need. A member of staff will answer.
human-before-consent = You can call { $phone } right now, and someone will answer.
    To reach a member of staff here, please look at this first:
danger-told = { $managers ->
    [0] Sent to the community staff.
   *[other] Sent to the community staff and the manager.
}
    Please tell us where you are (building and number) and your phone.
danger-nobody = No community staff can be reached here yet. Please make the call yourself.
danger-passed-on = Passed on to the staff.

danger-medical = <b>Call 120 now!</b>
    Say where you are, who it is, and what happened. Do not hang up; do what the doctor tells you.
danger-violence = <b>Call 110 now!</b>
    Get to a safe place first and lock the door. If you cannot speak, send a text message to 12110.
danger-suicide = <b>Please stay. We are here.</b>
    You can call <b>12356</b> right now. Someone will talk with you, 24 hours a day.
    If someone is hurt or has swallowed something harmful, call <b>120</b> now. If someone is in a dangerous place, call <b>110</b>.
danger-fire-gas = <b>Call 119 now!</b>
    Get out first. Do not touch any light switch, do not light anything. Take the stairs, not the lift.
danger-missing-person = <b>Call 110 now!</b>
    You do not have to wait 24 hours. Say what they look like, what they wear, and where they were last seen.
danger-line-medical = Your health comes first: if you feel unwell now, please call 120 first.
danger-line-violence = If someone is hurting you or another person, call 110 now.
danger-line-suicide = If things feel too heavy, call 12356 at any time. Someone will listen, 24 hours a day.
danger-line-fire-gas = If there is fire, smoke or a smell of gas now, get out first, then call 119.
danger-line-missing-person = If the person is still missing, call 110 now. You do not have to wait 24 hours.

write-privately = Please write to me privately, so that nobody else sees your request. Tap my picture, then “Send message”.
joined-worker = Welcome, { $name }! You are now a community worker of <b>{ $area }</b>. New requests will come to you here.
    The residents you look after will be told your name. Everything you do is put on record.
joined-manager = Welcome, { $name }! You are now a manager of <b>{ $area }</b>. Please see “Overview”.
    The residents concerned will be told your name. Everything you do is put on record.

command-unknown = There is no such command. Just say what you need, or tap the menu below.
id-number = No need to send an ID number; we did not keep it. Just show the card when you come.
id-number-staff = The ID number was not kept. Please do not write ID numbers here; look at the card when you meet.
nothing-readable = I cannot read this message. Please type, or send a voice message or a photo.
only-pictographs = Hello! Please say in a few words what you need, or tap “Talk to a person”.
button-old = This button is out of date. Please look at the newest message, or tap the menu below.
cancel = Cancel
cancelled = All right, nothing has changed.
skip = No, thanks
back = Back
never-mind = None of these, never mind
dropped = All right.
not-recorded = All right, nothing was recorded. We are here whenever you need us.
all-done = All right, thank you! We are here whenever you need us.

robot = I am an automatic desk. Your request is handled by staff; to reach a person, tap “Talk to a person”.
you-are-welcome = You are welcome! We are here whenever you need us.
office = <b>{ $area }</b>
    Working days { $hours }
    { $address }
    { $phone ->
        [none] City hotline: 12345
       *[other] { $phone }
    }
office-address-unknown = For the address, please call us
