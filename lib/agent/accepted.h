/*
 * What a project keeps of models that were compared and accepted: the nearest
 * of them are shown with later requests, and one that Claude wrote becomes a
 * rule of this site, so that the next object of the same shape needs no call.
 *
 * DIR/.mig/accepted/NAME.json, one a model, for several jobs may end at once;
 * DIR/.mig/rules/CODE.json, in the format of share/rules: {"rules": [{"code",
 * "about", "shape", "template"}]}.
 */
#ifndef MIG_ACCEPTED_H
#define MIG_ACCEPTED_H

struct json_object;

/* For mig-eval, when a model record has become completed. 0, or -1 and a
 * message when the files can't be written. */
int accepted_keep(const char *dir, struct json_object *record);

#endif
