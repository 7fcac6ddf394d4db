# Saha çalışması
nav-field = Saha
field-needs-script = Saha uygulaması JavaScript olmadan çalışmaz.
js-field-unsent = Bu cihazda gönderilmemiş { $count } saha işlemi var. Çıkarsanız silinmezler, ama siz yeniden oturum açana kadar gönderilmezler. Yine de çıkılsın mı?
