"""What a name that is not known could have been meant to be."""


def did_you_mean(name, known):
    """` Did you mean …?`, or nothing."""
    near = sorted((_distance(name, other), other) for other in known
                  if _distance(name, other) <= max(len(name) // 2, len(other) // 2, 1))
    names = [f"'{other}'" for _, other in near[:5]]
    return f' Did you mean {" or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))}?' if names else ''


def _distance(one, other):
    """How many letters have to be changed, added or taken away."""
    row = list(range(len(other) + 1))
    for index, letter in enumerate(one, 1):
        last, row[0] = row[0], index
        for place, wanted in enumerate(other, 1):
            last, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, last + (letter != wanted))
    return row[-1]
