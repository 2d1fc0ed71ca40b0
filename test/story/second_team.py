"""Who reminds, a second time: the rules of core/run/assignment.h in another language, for a list that is due at an instant.

staff: [{"name","kind","here","limit","chats"}] in the order of their numbers; orders: [{"order","hour","due","served","talking"}], served a name
or None; rota: {hour: name}. Nothing is in anybody's hands before. Gives {order: (name or None, rule)}."""


def assign_all(staff, orders, rota, load_high_bp=7500):
    who = {s["name"]: s for s in staff}
    load = {s["name"]: s["chats"] for s in staff}
    given = {s["name"]: 0 for s in staff}
    number = {s["name"]: i for i, s in enumerate(staff)}

    def free(name):
        return who[name]["here"] and load[name] < who[name]["limit"]

    def roomiest(kind):
        names = [s["name"] for s in staff if s["kind"] == kind and free(s["name"])]
        return min(names, key=lambda n: (load[n] / who[n]["limit"], given[n], number[n]), default=None)

    def busy():
        here = [s for s in staff if s["kind"] == "service" and s["here"]]
        return sum(min(load[s["name"]], s["limit"]) for s in here) * 10000 >= load_high_bp * sum(s["limit"] for s in here)

    def one(o):
        served = o["served"]
        if served and who[served]["here"] and o["talking"]:
            return served, "talking"
        if served and free(served):
            return served, "served"
        missed = None if not served else "served-full" if who[served]["here"] else "served-away"
        if served or busy():
            expert = roomiest("specialist")
            if expert:
                return expert, missed or "busy"
        else:
            for k in range(24):
                name = rota.get((o["hour"] + k) % 24)
                if name and free(name):
                    return name, "rota" if k == 0 else "rota-next"
        name = roomiest("service") or roomiest("specialist")
        if name:
            return name, missed or "most-room"
        return None, "no-staff" if not staff else "all-full" if any(s["here"] for s in staff) else "nobody-here"

    got = {}
    for o in sorted(orders, key=lambda o: (o["due"], o["order"])):
        name, rule = got[o["order"]] = one(o)
        if name:
            load[name] += not (o["talking"] and name == o["served"])
            given[name] += 1
    return got
