# Field work
nav-field = Field
field-needs-script = The field app does not work without JavaScript.
js-field-unsent = { $count } deeds of the field are still unsent on this device. If you log out they are not lost, but they are not sent until you log in again. Log out all the same?
