"""Rules of a blinded reader study; standard library only, `seed` and `now` come in as arguments.

Glossary (the field's own words, used everywhere in the code):

study              readers look at cases drawn from a bank; has a status: draft, open or closed
investigator       designs, invites, opens, closes; never sees results by arm while it is open
reader             a medical professional known by a pseudonymous code and a personal link
arm                image source compared in a study: ``real`` or one variant (M0, M1, ...)
condition          clinical content of an image, in the bank's words: ``normal``, ``abnormal``
stratum            a class of cases drawn separately: by condition, or by any key of the records
truth              the reference standard, ``real`` or ``synthetic``; it belongs to the image's arm
protocol, design   what a study does, as one document that is frozen when it opens
question           what is asked: its measure says what for, its kind says how
answer             what was said to one question; what was not asked or left open has none
phase              a part of a study with its own questions; phases lead one way
case               one image of a study
case set           images that are shown together and read as one
presentation       a case, a set or a phase's last questions, once to one reader, at a position
slot               the place of a picture among those shown together
replicate          a repeated presentation of a case to the same reader
practice           a presentation before the study proper, never counted
rating             a reader's answers to one presentation; append-only
reading session    one sitting of one reader
realism            how real the image looks, on the study's scale
verdict            ``real`` or ``synthetic``
confidence         how sure the reader is of the verdict, 1 to 5
hit, false alarm   synthetic called synthetic, real called synthetic (positive = synthetic)
deception rate     share of an arm's ratings whose verdict is ``real``
bank, manifest     a set of images on disk, its index
rendition          the one canonical encoding of an image that a reader is ever sent
desk               what a reading page may ask for its reader; blinded case and design, no more
leak               anything but the picture that tells real from synthetic
"""
